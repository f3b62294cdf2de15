"""
Systems Manager of the rehearsal: hybrid activations, managed nodes, documents,
Run Command, State Manager, sessions, and the agent's own protocol.
"""
