/** Cron text in words: what people read before they trust a schedule. */

const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const NTH = ["first", "second", "third", "fourth", "fifth"];

/** One English sentence without a full stop; text that cannot be read is given back as it is. */
export function cronWords(cron: string, timeZone: string): string {
  const known = NICKNAMES[cron.toLowerCase()] ?? cron.trim();
  const fields = known.split(/\s+/);
  const [seconds = "0", minutes = "", hours = "", days = "", months = "", weekdays = ""] = fields.length === 6
    ? fields
    : ["0", ...fields];
  if (weekdays === "") return cron;
  const when = [timeWords(seconds, minutes, hours), dayWords(days, weekdays), monthWords(months)];
  return `${when.filter((part) => part !== "").join(" ")} (${timeZone})`;
}

function timeWords(seconds: string, minutes: string, hours: string): string {
  const fixed = [hours, minutes, seconds].map((field) => /^\d+$/.test(field) ? Number(field) : null);
  const [hour = null, minute = null, second = null] = fixed;
  if (minute !== null && second !== null) {
    const hourList = hours.split(",");
    if (hourList.every((one) => /^\d+$/.test(one))) {
      return `at ${
        joined(hourList.map((one) => clock(Number(one), minute, second === 0 ? null : second)), "and")
      }`;
    }
    const past = minute === 0 && second === 0
      ? everyWords(hours, "hour")
      : `${everyWords(hours, "hour")} at ${minute} past${second === 0 ? "" : ` and ${second} s`}`;
    return past;
  }
  const parts = [
    seconds === "0" ? "" : everyWords(seconds, "second"),
    seconds !== "0" && minutes === "*" ? "" : everyWords(minutes, "minute"),
    hours === "*" ? "" : hour !== null ? `in the hour of ${clock(hour, 0, null)}` : everyWords(hours, "hour"),
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function everyWords(field: string, unit: string): string {
  if (field === "*" || field === "?") return `every ${unit}`;
  const step = /^(.+)\/(\d+)$/.exec(field);
  if (step !== null) {
    const [, range = "", size = ""] = step;
    const every = size === "1" ? `every ${unit}` : `every ${size} ${unit}s`;
    return range === "*" ? every : `${every} from ${range.replace("-", " to ")}`;
  }
  const range = /^(\d+)-(\d+)$/.exec(field);
  if (range !== null) return `every ${unit} from ${range[1]} to ${range[2]}`;
  return `${unit} ${joined(field.split(","), "and")}`;
}

function dayWords(days: string, weekdays: string): string {
  const isAnyDay = days === "*" || days === "?";
  const isAnyWeekday = weekdays === "*" || weekdays === "?";
  const month = isAnyDay ? "" : monthDayWords(days);
  const week = isAnyWeekday ? "" : weekdayWords(weekdays);
  if (month !== "" && week !== "") return `${month}, or ${week}`;
  return month + week;
}

function monthDayWords(days: string): string {
  if (days === "L") return "on the last day of the month";
  if (/^\d+W$/.test(days)) return `on the working day nearest to day ${days.slice(0, -1)} of the month`;
  if (days.includes("/")) return `on ${everyWords(days, "day")} of the month`;
  return `on day ${joined(days.replaceAll("-", " to ").split(","), "and")} of the month`;
}

function weekdayWords(weekdays: string): string {
  const upper = weekdays.toUpperCase();
  if (upper === "1-5" || upper === "MON-FRI") return "on working days, Monday to Friday";
  if (upper === "0,6" || upper === "6,0" || upper === "SAT,SUN" || upper === "6-7") return "at weekends";
  const nth = /^(\w+)#([1-5])$/.exec(upper);
  if (nth !== null) {
    return `on the ${NTH[Number(nth[2]) - 1]} ${dayName(nth[1] ?? "")} of the month`;
  }
  const last = /^(\w+?)#?L$/.exec(upper);
  if (last !== null) return `on the last ${dayName(last[1] ?? "")} of the month`;
  const parts = upper.split(",").map((part) => part.split("-").map(dayName).join(" to "));
  return `on ${joined(parts, "and")}`;
}

function monthWords(months: string): string {
  if (months === "*" || months === "?") return "";
  if (months.includes("/")) return `in ${everyWords(months, "month")}`;
  const parts = months.split(",").map((part) => part.split("-").map(monthName).join(" to "));
  return `in ${joined(parts, "and")}`;
}

function dayName(text: string): string {
  const byNumber = /^[0-7]$/.test(text) ? DAYS[Number(text)] : undefined;
  return byNumber ?? DAYS.find((day) => day.slice(0, 3).toUpperCase() === text.slice(0, 3)) ?? text;
}

function monthName(text: string): string {
  const byNumber = /^\d+$/.test(text) ? MONTHS[Number(text) - 1] : undefined;
  return byNumber ?? MONTHS.find((month) => month.slice(0, 3).toUpperCase() === text.toUpperCase()) ?? text;
}

function clock(hour: number, minute: number, second: number | null): string {
  return [hour, minute, ...(second === null ? [] : [second])].map((part) => String(part).padStart(2, "0"))
    .join(":");
}

function joined(parts: readonly string[], word: string): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} ${word} ${parts.at(-1)}`;
}
