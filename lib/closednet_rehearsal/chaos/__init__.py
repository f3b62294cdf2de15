"""
Chaos over a rollout and its rollback: each writing call goes wrong once in each way.

For each call the step is begun from the moment before it, the call fails, loses its
answer, is throttled, or the process is killed there; then the step is run again as
an operator would. What exists afterwards must be what an undisturbed run makes. A
step sees nothing of the ones before it but what exists, so that nothing is lost by
not repeating the whole rollout for each case.
"""
