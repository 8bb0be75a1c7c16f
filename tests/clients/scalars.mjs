// The gateway's scalars as front ends without parsers of their own see them: text.
const TEXTS = ["Date", "DateTime", "Decimal", "Duration", "Time", "URL"];
export const SCALARS = Object.fromEntries(TEXTS.map((name) => [name, "string"]));
