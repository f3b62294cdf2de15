"""
Notebooks run one after the other by papermill, without a person.
"""
