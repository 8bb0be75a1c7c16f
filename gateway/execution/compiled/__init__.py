"""The query compiler: completes queries with generated Python code, about 25 times as fast as graphql-core.

Most fields of this schema read one attribute of one document. For a field whose whole selection is like that,
one function is generated that writes its part of the response. In the order of the pipeline:

operation    conditions.py            can the document be planned; which variables decide its selections
             attribute_fields.py      which fields only read an attribute
             selected_attributes.py   which attributes an operation reads: no others are decoded
plan         plan.py                  PlannedOperation → Plan (one per @skip/@include) → PlannedField
             adaptive_code.py         the code of a field: generic, then specialised, then dropped if it bails
generation   generic_code.py          functions for objects of any class
             specialised_code.py      one function for the classes that the generic code has seen
             inline_property.py       properties of a known class as expressions
             leaf_code.py             scalars and enums
             namespace.py             the names that generated functions share
run          root_fields.py           PlannedRun: one request
             resolver_call.py         calls resolvers directly, without Strawberry's wrapper
             info.py                  the resolvers' `info` argument
             single_resolver_object.py  objects with exactly one resolver
             guards.py, memo.py       what generated code calls: checks that raise Bail; results by text
bail-out     executor.py              graphql-core's executor, for every value on which generated code bails

For `{ order(identifier: "1") { status total: totalPaymentDue { amount } } }` the generic code is, in essence:

    def money2(o):
        if type(o) not in money2_seen:
            money2_check(o)
        return {"amount": texts[v] if type(v := o.amount) is str else other_decimal(v)}

    def order1(o):
        if type(o) not in order1_seen:
            order1_check(o)
        return {
            "status": names[v._name_] if type(v := o.status) is OrderStatus else other_status(v),
            "total": None if (v := o.total_payment_due) is None else money2(v),
        }

Generated code either succeeds or raises; there is no other outcome. Decision and figures:
docs/decisions/0030-compiled-execution.md.
"""
