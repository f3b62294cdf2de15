"""
The AWS accounts: the only users of boto3, one module a kind of resource.
"""
