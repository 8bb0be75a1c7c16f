// The gateway's scalars, and what a front end without a parser of its own has of them: text.
export const SCALARS = { Date: "string", DateTime: "string", Decimal: "string", Duration: "string", URL: "string" };
