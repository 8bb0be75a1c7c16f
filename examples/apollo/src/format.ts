// Dates and times as a clock at the venue shows them.

type Style = Intl.DateTimeFormatOptions;

function format(instant: string, timeZone: string | null | undefined, style: Style): string {
  const formatter = new Intl.DateTimeFormat("en-GB", { ...style, timeZone: timeZone ?? "Europe/London" });
  return formatter.format(new Date(instant));
}

export function day(instant: string, timeZone?: string | null): string {
  return format(instant, timeZone, { day: "numeric" });
}

export function month(instant: string, timeZone?: string | null): string {
  return format(instant, timeZone, { month: "short" });
}

export function longDate(instant: string, timeZone?: string | null): string {
  return format(instant, timeZone, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

export function time(instant: string, timeZone?: string | null): string {
  return format(instant, timeZone, { hour: "2-digit", minute: "2-digit" });
}

export function longDateAndTime(instant: string, timeZone?: string | null): string {
  return `${longDate(instant, timeZone)}, ${time(instant, timeZone)}`;
}

/** Minutes and seconds, for example 9:05. */
export function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
