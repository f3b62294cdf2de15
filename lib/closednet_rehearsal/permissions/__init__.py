"""
Who may do what: IAM's decision about every call, from the policies of the rehearsal.

`actions` says what a call needs, `attached` which policies speak about it, `evaluate`
decides as the IAM User Guide describes ("Policy evaluation logic"), and `gate` asks
all three where requests arrive.
"""
