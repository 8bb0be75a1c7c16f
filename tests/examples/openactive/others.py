"""How the graph shows the properties of agents, places and offers, and of their parts."""

from tests.examples.openactive.declared import (
    Declared,
    Omitted,
    Shown,
    flag,
    labelled,
    named,
    named_list,
    number,
    pictures,
    ranged,
    term,
    text,
    texts,
    url,
)

_ADDRESS = Shown(
    {"streetAddress": "1 Mill Lane"},
    "{ address { streetAddress } }",
    {"address": {"streetAddress": "1 Mill Lane"}},
)
_PICTURE = {"url": "https://example.com/1"}
_LOGO = Shown(_PICTURE, "{ logo { url } }", {"logo": _PICTURE})
_ACCOUNT = Omitted("a reference for the booking system")

AGENT: Declared = {
    "address": _ADDRESS,
    "aggregateRating": Omitted("6 of 49,797 organizations have it"),
    "beta:formalCriteriaMet": texts("formalCriteriaMet", "https://example.com/1", "https://example.com/2"),
    "beta:formattedDescription": text("formattedDescription", "<p>Some <b>text</b></p>"),
    "beta:video": pictures("videos"),
    "description": text("description"),
    "email": text("email", "a@example.com"),
    "emergencyContact": named("emergencyContact"),
    "familyName": text("familyName"),
    "gender": term("gender", "https://schema.org/Female", "FEMALE"),
    "givenName": text("givenName"),
    "hasAccount": _ACCOUNT,
    "identifier": text("identifier", "SB1234"),
    "image": Shown(_PICTURE, "{ image { url } }", {"image": _PICTURE}),
    "isOpenBookingAllowed": flag("isOpenBookingAllowed"),
    "jobTitle": text("jobTitle"),
    "legalName": text("legalName"),
    "logo": _LOGO,
    "name": text("name", "Some name"),
    "sameAs": texts("sameAs", "https://example.com/1", "https://example.com/2"),
    "taxMode": term("taxMode", "https://openactive.io/TaxNet", "TAX_NET"),
    "telephone": text("telephone", "01234 567890"),
    "termsOfService": named_list("termsOfService"),
    "url": url("url"),
    "vatID": text("vatID", "GB123456789"),
}

BRAND: Declared = {
    **{name: AGENT[name] for name in ("beta:video", "description", "identifier", "logo", "name", "url")}
}

TERMS: Declared = {
    "dateModified": text("dateModified", "2018-01-27T12:00:00Z"),
    "name": text("name", "Some name"),
    "requiresExplicitConsent": flag("requiresExplicitConsent"),
    "url": url("url"),
}

POSTAL_ADDRESS: Declared = {
    "addressCountry": text("addressCountry", "GB"),
    "addressLocality": text("addressLocality"),
    "addressRegion": text("addressRegion"),
    "postalCode": text("postalCode", "NW5 3DU"),
    "streetAddress": text("streetAddress"),
}

PLACE: Declared = {
    "address": _ADDRESS,
    "amenityFeature": Shown(
        [{"name": "Showers", "value": False}, {"name": "Bar", "value": True}],
        "{ amenities { name value } }",
        {"amenities": [{"name": "Showers", "value": False}, {"name": "Bar", "value": True}]},
    ),
    "beta:formattedDescription": text("formattedDescription", "<p>Some <b>text</b></p>"),
    "beta:placeType": labelled("placeTypes"),
    "containedInPlace": named("containedInPlace"),
    "containsPlace": Omitted("no feed states it; other parts of the venue than the booked one"),
    "description": text("description"),
    "email": text("email", "a@example.com"),
    "geo": Shown(
        {"latitude": 51.5, "longitude": -0.25},
        "{ latitude longitude }",
        {"latitude": 51.5, "longitude": -0.25},
    ),
    "identifier": text("identifier", "SB1234"),
    "image": pictures("images"),
    "name": text("name", "Some name"),
    "openingHoursSpecification": Shown(
        [{"opens": "09:00"}], "{ openingHours { opens } }", {"openingHours": [{"opens": "09:00"}]}
    ),
    "specialOpeningHoursSpecification": Shown(
        [{"opens": "09:00"}],
        "{ specialOpeningHours { opens } }",
        {"specialOpeningHours": [{"opens": "09:00"}]},
    ),
    "telephone": text("telephone", "01234 567890"),
    "url": url("url"),
}

SPORTS_ACTIVITY_LOCATION: Declared = {
    "identifier": text("identifier", "SB1234"),
    "name": Shown("Court 1", "{ prefLabel }", {"prefLabel": "Court 1"}),
}

GEO_COORDINATES: Declared = {"latitude": number("latitude", 51.5), "longitude": number("longitude", -0.25)}

OPENING_HOURS: Declared = {
    "closes": text("closes", "17:00"),
    "dayOfWeek": Shown(
        ["https://schema.org/Sunday", "https://schema.org/PublicHolidays"],
        "{ dayOfWeek }",
        {"dayOfWeek": ["SUNDAY", "PUBLIC_HOLIDAYS"]},
    ),
    "opens": text("opens", "09:00"),
    "validFrom": text("validFrom", "2030-01-22"),
    "validThrough": text("validThrough", "2030-01-27"),
}

FEATURE: Declared = {"name": text("name"), "value": flag("value")}

_FOR_PROGRAMS = Omitted("a template of addresses for programs; the booked session states its own")
_VOCABULARY = Omitted("no feed states it; the term's place in its vocabulary, which its IRI leads to")

CONCEPT: Declared = {
    "altLabel": _VOCABULARY,
    "broader": _VOCABULARY,
    "definition": _VOCABULARY,
    "hiddenLabel": _VOCABULARY,
    "inScheme": text("inScheme", "https://openactive.io/activity-list"),
    "narrower": _VOCABULARY,
    "notation": text("notation", "yoga"),
    "prefLabel": text("prefLabel", "Yoga"),
    "related": _VOCABULARY,
    "topConceptOf": _VOCABULARY,
}

SCHEDULE: Declared = {
    "byDay": Shown(["https://schema.org/Monday"], "{ byDay }", {"byDay": ["MONDAY"]}),
    "byMonth": Shown([2, 3], "{ byMonth }", {"byMonth": [2, 3]}),
    "byMonthDay": Shown([28], "{ byMonthDay }", {"byMonthDay": [28]}),
    "duration": text("duration", "PT1H"),
    "endDate": text("endDate", "2030-01-27"),
    "endTime": text("endTime", "11:00"),
    "exceptDate": texts("exceptDates", "2030-01-20"),
    "idTemplate": _FOR_PROGRAMS,
    "repeatCount": number("repeatCount"),
    "repeatFrequency": text("repeatFrequency", "P1W"),
    "scheduleTimezone": text("scheduleTimezone", "Europe/London"),
    "scheduledEventType": Omitted("the type of the sessions, which the booked session states itself"),
    "startDate": text("startDate", "2030-01-22"),
    "startTime": text("startTime", "10:00"),
    "urlTemplate": _FOR_PROGRAMS,
}

IMAGE: Declared = {
    "contentUrl": Shown("https://example.com/1", "{ url }", {"url": "https://example.com/1"}),
    "embedUrl": Omitted("no feed states it; a player, which an image does not need"),
    "height": text("height", "300"),
    "thumbnail": pictures("thumbnails"),
    "url": url("url"),
    "width": text("width", "400"),
}

MEDIA: Declared = {
    "contentUrl": url("contentUrl"),
    "embedUrl": url("embedUrl"),
    "height": Omitted("no feed states it"),
    "thumbnail": Shown([_PICTURE], "{ thumbnailUrl }", {"thumbnailUrl": _PICTURE["url"]}),
    "url": url("url"),
    "width": Omitted("no feed states it"),
}

QUANTITATIVE_VALUE: Declared = {
    "maxValue": number("maxValue"),
    "minValue": number("minValue"),
    "unitCode": text("unitCode", "KMT"),
    "value": number("value", 5.25),
}

_PREPAYMENT = term("prepayment", "https://openactive.io/Unavailable", "UNAVAILABLE")
_PRICE = Shown(7.5, "{ price { amount } }", {"price": {"amount": "7.5"}})
_CURRENCY = Shown("EUR", "{ price { currency } }", {"price": {"currency": "EUR"}}, {"price": 1})

OFFER: Declared = {
    "acceptedPaymentMethod": Shown(
        [
            "http://purl.org/goodrelations/v1#Cash",
            "http://purl.org/goodrelations/v1#PaymentMethodCreditCard",
            "http://purl.org/goodrelations/v1#PayPal",
        ],
        "{ acceptedPaymentMethods acceptedPaymentMethodTexts }",
        {
            "acceptedPaymentMethods": ["CASH", "PAYMENT_METHOD_CREDIT_CARD", "UNKNOWN"],
            "acceptedPaymentMethodTexts": ["Cash", "PaymentMethodCreditCard", "PayPal"],
        },
    ),
    "ageRange": Shown(
        {"minValue": 5, "maxValue": 9},
        "{ ageRestriction { minValue maxValue } }",
        {"ageRestriction": {"minValue": 5, "maxValue": 9}},
    ),
    "ageRestriction": ranged("ageRestriction"),
    "allowCustomerCancellationFullRefund": flag("allowCustomerCancellationFullRefund"),
    "beta:partySize": ranged("partySize"),
    "description": text("description"),
    "eligibleCustomerType": Shown(
        ["https://openactive.io/ns-beta#Member", "https://example.com/Neighbour"],
        "{ eligibleCustomerTypes eligibleCustomerTypeTexts }",
        {
            "eligibleCustomerTypes": ["MEMBER", "UNKNOWN"],
            "eligibleCustomerTypeTexts": ["Member", "Neighbour"],
        },
    ),
    "eligibleEntitlementType": labelled("eligibleEntitlementTypes"),
    "identifier": text("identifier", "SB1234"),
    "latestCancellationBeforeStartDate": text("latestCancellationBeforeStartDate", "P1D"),
    "name": text("name", "Some name"),
    "openBookingFlowRequirement": Omitted("no feed states it; what booking involves, before it"),
    "openBookingInAdvance": Shown(
        "https://openactive.io/Required",
        "{ openBookingInAdvance openBookingInAdvanceText }",
        {"openBookingInAdvance": "REQUIRED", "openBookingInAdvanceText": "Required"},
    ),
    "openBookingPrepayment": _PREPAYMENT,
    "price": _PRICE,
    "priceCurrency": _CURRENCY,
    "url": url("url"),
    "validFrom": text("validFrom", "2030-01-01T10:00:00Z"),
    "validFromBeforeStartDate": text("validFromBeforeStartDate", "P14D"),
    "validThrough": text("validThrough", "2030-01-20T10:00:00Z"),
    "validThroughBeforeStartDate": text("validThroughBeforeStartDate", "PT2H"),
}

AGGREGATE_OFFER: Declared = {
    "description": text("description"),
    "highPrice": Omitted("imin shows the lowest price"),
    "imin:indicativePrice": flag("indicativePrice"),
    "imin:membershipRequired": flag("membershipRequired"),
    "lowPrice": _PRICE,
    "name": text("name", "Some name"),
    "price": _PRICE,
    "priceCurrency": _CURRENCY,
}

TAX: Declared = {
    "identifier": text("identifier", "SB1234"),
    "name": text("name", "Some name"),
    "openBookingPrepayment": Omitted("no feed states it; taxes are paid with the price"),
    "price": _PRICE,
    "priceCurrency": _CURRENCY,
    "rate": Shown(0.2, "{ rate }", {"rate": "0.2"}),
}
