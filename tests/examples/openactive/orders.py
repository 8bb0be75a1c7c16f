"""How the graph shows the properties of orders and of what belongs to the booking itself."""

from dataclasses import replace

from tests.examples.openactive.declared import (
    Declared,
    Omitted,
    Shown,
    flag,
    named,
    named_list,
    number,
    term,
    text,
    texts,
    url,
)

_PAID = {"price": 7.5, "priceCurrency": "EUR"}
_MONEY = {"amount": "7.5", "currency": "EUR"}
_PAYMENT = Omitted("the payment provider's references, which are not for browsers")
_BROKER = Omitted("for the broker's own use")
_BEFORE = Omitted("only of orders that are not booked yet")

ORDER: Declared = {
    "bookingService": named("bookingService"),
    "broker": named("broker"),
    "brokerRole": term("brokerRole", "https://openactive.io/ResellerBroker", "RESELLER_BROKER"),
    "confirmationNumber": text("confirmationNumber"),
    "customer": named("customer"),
    "customerNote": Omitted("of no documented meaning; orderCustomerNote is the documented name"),
    "discount": Omitted("of no documented form; prices are what was paid"),
    "identifier": text("identifier", "SB1234"),
    "imin:receipt": Shown(
        [{"url": "https://book.imin.co/receipts/12"}],
        "{ receipts { identifier } }",
        {"receipts": [{"identifier": "12"}]},
    ),
    "lease": _BEFORE,
    "orderCreationStatus": _BROKER,
    "orderCustomerNote": text("orderCustomerNote"),
    "orderNumber": text("orderNumber"),
    "orderProposalStatus": term(
        "orderProposalStatus", "https://openactive.io/SellerAccepted", "SELLER_ACCEPTED"
    ),
    "orderProposalVersion": url("orderProposalVersion"),
    "orderRequiresApproval": _BEFORE,
    "orderSellerNote": text("orderSellerNote"),
    "orderStatus": term("status", "https://schema.org/OrderDelivered", "ORDER_DELIVERED"),
    "orderedItem": Shown([{"identifier": "1"}], "{ items { identifier } }", {"items": [{"identifier": "1"}]}),
    "payment": _PAYMENT,
    "seller": named("seller"),
    "taxCalculationExcluded": _BROKER,
    "totalPaymentDue": Shown(_PAID, "{ totalPaymentDue { amount currency } }", {"totalPaymentDue": _MONEY}),
    "totalPaymentTax": Shown(
        [{"name": "VAT", **_PAID}],
        "{ totalPaymentTax { name price { amount currency } } }",
        {"totalPaymentTax": [{"name": "VAT", "price": _MONEY}]},
    ),
}

ORDER_ITEM: Declared = {
    "acceptedOffer": named("acceptedOffer"),
    "accessChannel": named("accessChannel"),
    "accessCode": named_list("accessCodes"),
    "accessPass": named_list("accessPasses"),
    "accessToken": named_list("accessPasses"),
    "allowCustomerCancellationFullRefund": flag("allowsFullRefund"),
    "attendee": named("attendee"),
    "attendeeDetailsRequired": texts("attendeeDetailsRequired"),
    "cancellationMessage": text("cancellationMessage"),
    "customerNotice": text("customerNotice"),
    "error": named_list("problems"),
    "imin:isPresentlyCancellable": replace(flag("isPresentlyCancellable"), beside={"identifier": "1"}),
    "imin:order": Omitted("only of upcoming items, where `order` leads to the whole order"),
    "orderItemIntakeForm": named_list("intakeForm"),
    "orderItemIntakeFormResponse": Shown(
        [{"propertyID": "https://example.com/1", "value": True}],
        "{ intakeFormResponse { propertyID value } }",
        {"intakeFormResponse": [{"propertyID": "https://example.com/1", "value": "true"}]},
    ),
    "orderItemStatus": term("status", "https://openactive.io/AttendeeAttended", "ATTENDEE_ATTENDED"),
    "orderedItem": named("session"),
    "position": number("position"),
    "unitTaxSpecification": Shown(
        [{"name": "VAT", **_PAID}],
        "{ tax { name price { amount currency } } }",
        {"tax": [{"name": "VAT", "price": _MONEY}]},
    ),
}

PRICE: Declared = {
    "openBookingPrepayment": term("prepayment", "https://openactive.io/Unavailable", "UNAVAILABLE"),
    "price": Shown(7.5, "{ totalPaymentDue { amount } }", {"totalPaymentDue": {"amount": "7.5"}}),
    "priceCurrency": Shown(
        "EUR", "{ totalPaymentDue { currency } }", {"totalPaymentDue": {"currency": "EUR"}}, {"price": 1}
    ),
}

PAYMENT: Declared = dict.fromkeys(
    ("accountId", "additionalProperty", "identifier", "name", "paymentMethod", "paymentProviderId"), _PAYMENT
)

LEASE: Declared = {"identifier": _BEFORE, "leaseExpires": _BEFORE}

BOOKING_SERVICE: Declared = {
    "hasCredential": Omitted("a certificate for brokers"),
    "name": text("name", "Some name"),
    "softwareVersion": text("softwareVersion", "1.2"),
    "termsOfService": named_list("termsOfService"),
    "url": url("url"),
}

_PICTURE = Omitted("no feed states it; the gateway's clients draw barcodes from their text")

BARCODE: Declared = {
    "contentUrl": Shown("https://example.com/1", "{ url }", {"url": "https://example.com/1"}),
    "embedUrl": _PICTURE,
    "height": _PICTURE,
    "text": text("text", "0123456789"),
    "thumbnail": _PICTURE,
    "url": url("url"),
    "width": _PICTURE,
}

FORM_FIELD: Declared = {
    "description": text("description"),
    "name": text("name"),
    "valueRequired": flag("valueRequired"),
}

PROPERTY_VALUE: Declared = {
    "description": text("description"),
    "name": text("name"),
    "propertyID": text("propertyID"),
    "value": text("value"),
}

VIRTUAL_LOCATION: Declared = {
    "@id": Shown("https://example.com/1", "{ iri }", {"iri": "https://example.com/1"}),
    "accessCode": text("accessCode", "0042"),
    "accessId": text("accessId", "123 456"),
    "description": text("description"),
    "name": text("name", "Some name"),
    "url": url("url"),
}
