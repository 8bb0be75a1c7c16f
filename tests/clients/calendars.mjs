// Reads calendar files with ical.js: prints their events, with times as instants.
// Usage: node calendars.mjs <file>
import { readFile } from "node:fs/promises";
import ICAL from "ical.js";
import { command } from "./command.mjs";

const instant = (time) => time.toJSDate().toISOString().replace(".000Z", "+00:00");

command("<file>", async (file) => {
  const calendar = new ICAL.Component(ICAL.parse(await readFile(file, "utf8")));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return {
      uid: event.uid,
      starts: instant(event.startDate),
      ends: instant(event.endDate),
      status: component.getFirstPropertyValue("status"),
      sequence: event.sequence,
      summary: event.summary,
    };
  });
});
