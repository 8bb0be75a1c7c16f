// The gateway's scalars as front ends without parsers of their own see them: text.
export const SCALARS = { Date: "string", DateTime: "string", Decimal: "string", Duration: "string", URL: "string" };
