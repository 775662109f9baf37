// strftime_now(format): glibc's strftime in the C locale, on the local clock. Time zones have no name here: %z and %Z give
// nothing, as for a Python datetime without one.

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = "January February March April May June July August September October November December".split(" ");

/** `_` and `-` and `0` change the filling, `^` and `#` the case. */
export function strftime(format: string, date: Date): string {
  return format.replace(/%([-_0^#]*)(\d{0,3})([a-zA-Z%])/g, (whole, flags: string, width: string, letter: string) => {
    const field = fieldOf(letter, date);
    if (field === undefined) return whole;
    const size = field[1];
    let [text, , fill] = field;
    if (flags.includes("_")) fill = " ";
    else if (flags.includes("0")) fill = "0";
    if (flags.includes("^")) text = text.toUpperCase();
    if (flags.includes("#")) text = letter === "p" || letter === "Z" ? text.toLowerCase() : text.toUpperCase();
    if (flags.includes("-")) return text;
    return text.padStart(width === "" ? size : Number(width), fill);
  });
}

type Field = [text: string, size: number, fill: string];

function fieldOf(letter: string, date: Date): Field | undefined {
  const digits = (value: number, size: number, fill = "0"): Field => [String(value), size, fill];
  const text = (value: string): Field => [value, 0, " "];
  const again = (format: string): Field => text(strftime(format, date));
  const hour = date.getHours();
  switch (letter) {
    case "a":
      return text(days[date.getDay()].slice(0, 3));
    case "A":
      return text(days[date.getDay()]);
    case "b":
    case "h":
      return text(months[date.getMonth()].slice(0, 3));
    case "B":
      return text(months[date.getMonth()]);
    case "c":
      return again("%a %b %e %H:%M:%S %Y");
    case "C":
      return digits(Math.floor(date.getFullYear() / 100), 2);
    case "d":
      return digits(date.getDate(), 2);
    case "D":
    case "x":
      return again("%m/%d/%y");
    case "e":
      return digits(date.getDate(), 2, " ");
    case "f": // Python's own
      return digits(date.getMilliseconds() * 1000, 6);
    case "F":
      return again("%Y-%m-%d");
    case "g":
      return digits(isoWeek(date).year % 100, 2);
    case "G":
      return digits(isoWeek(date).year, 4);
    case "H":
      return digits(hour, 2);
    case "I":
      return digits(hour % 12 || 12, 2);
    case "j":
      return digits(dayOfYear(date) + 1, 3);
    case "k":
      return digits(hour, 2, " ");
    case "l":
      return digits(hour % 12 || 12, 2, " ");
    case "m":
      return digits(date.getMonth() + 1, 2);
    case "M":
      return digits(date.getMinutes(), 2);
    case "n":
      return text("\n");
    case "p":
      return text(hour < 12 ? "AM" : "PM");
    case "P":
      return text(hour < 12 ? "am" : "pm");
    case "r":
      return again("%I:%M:%S %p");
    case "R":
      return again("%H:%M");
    case "s":
      return digits(Math.floor(date.getTime() / 1000), 0);
    case "S":
      return digits(date.getSeconds(), 2);
    case "t":
      return text("\t");
    case "T":
    case "X":
      return again("%H:%M:%S");
    case "u":
      return digits(date.getDay() || 7, 1);
    case "U":
      return digits(Math.floor((dayOfYear(date) + 7 - date.getDay()) / 7), 2);
    case "V":
      return digits(isoWeek(date).week, 2);
    case "w":
      return digits(date.getDay(), 1);
    case "W":
      return digits(Math.floor((dayOfYear(date) + 7 - ((date.getDay() + 6) % 7)) / 7), 2);
    case "y":
      return digits(date.getFullYear() % 100, 2);
    case "Y":
      return digits(date.getFullYear(), 0);
    case "z":
    case "Z":
      return text("");
    case "%":
      return text("%");
    default:
      return undefined;
  }
}

/** From 0; counted in UTC's days, which no clock change makes shorter. */
function dayOfYear(date: Date): number {
  return (
    (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - Date.UTC(date.getFullYear(), 0, 1)) / 86_400_000
  );
}

/** ISO 8601: the week belongs to the year of its Thursday. */
function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 4 - (date.getDay() || 7));
  return { year: thursday.getFullYear(), week: Math.floor(dayOfYear(thursday) / 7) + 1 };
}
