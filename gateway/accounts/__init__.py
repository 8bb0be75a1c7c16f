"""Changes of customer accounts: sent once, never reported as more than is known. Contains no GraphQL.

service.py       the entry point: AccountChanges.change(request) returns an outcome
requests.py      what can be requested, and what imin's answer or a reading shows of it
outcomes.py      what can become of it
input_rules.py   what details of a person may be, before imin is asked
comparison.py    whether an account, as it was read, shows a change

What ends with an account: gateway/artefacts/erasures.py.
"""
