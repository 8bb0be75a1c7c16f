"""The query compiler: completes queries with generated Python code, about 25 times as fast as graphql-core.

Most fields of this schema read one attribute of one document. For a field whose whole selection is like that,
a function is generated that writes this part of the response. The files, in the order of the pipeline:

operation   conditions.py              can a document be planned; which variables decide its selections
            attribute_fields.py        which fields only read an attribute
            selected_attributes.py     which attributes an operation reads: no others are decoded
plan        plan.py                    PlannedOperation → Plan (one per @skip/@include) → PlannedField
            adaptive_code.py           the code of a field: generic, then specialised, or dropped
code        generic_code.py            functions for objects of any class
            specialised_code.py        one function for the classes that generic code has seen
            inline_property.py         properties of a known class as expressions
            leaf_code.py               scalars and enums
            namespace.py               the names that generated functions share
            guards.py, memo.py         what generated code calls: checks that raise Bail; results by text
run         root_fields.py             PlannedRun: one request
            resolver_call.py, info.py  call resolvers directly, without Strawberry's wrapper
            single_resolver_object.py  objects with exactly one resolver
bail-out    executor.py                graphql-core's executor, for every value on which generated code bails

Generated code for `{ order(identifier: "1") { status total: totalPaymentDue { amount } } }`, with readable
names (docs/decisions/0030-compiled-execution.md shows it as it is, with the reasons):

    def money(o):
        if type(o) not in money_seen:
            money_check(o)
        return {"amount": amounts[v] if type(v := o.amount) is str else any_amount(v)}

    def order(o):
        if type(o) not in order_seen:
            order_check(o)
        return {
            "status": names[v._name_] if type(v := o.status) is OrderStatus else any_status(v),
            "total": None if (v := o.total_payment_due) is None else money(v),
        }

Generated code either succeeds or raises, and then graphql-core completes the same value again. To see the
code of a query, print the sources that `Namespace.compile` gets.
"""
