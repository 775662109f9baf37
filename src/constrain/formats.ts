// JSON Schema's `format`s of strings, as patterns. Each accepts less than its standard where that is looser than what readers
// of JSON accept: what fits here is valid in ajv-formats, too.

const day = {
  month31: "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])",
  month30: "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)",
  february: "02-(?:0[1-9]|1[0-9]|2[0-8])",
  leap: "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29",
};
const date = `(?:[0-9]{4}-(?:${day.month31}|${day.month30}|${day.february})|${day.leap})`;
const hourMinute = "(?:[01][0-9]|2[0-3]):[0-5][0-9]";
const time = `${hourMinute}:[0-5][0-9](?:\\.[0-9]{1,9})?(?:Z|[+-]${hourMinute})`;
const label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const host = `${label}(?:\\.${label})*`;
const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const ipv4 = `${byte}(?:\\.${byte}){3}`;
const word = "[0-9a-fA-F]{1,4}";
const hex = (digits: number) => `[0-9a-fA-F]{${digits}}`;

/** Eight words, or with `::` for one or more that are 0. */
function ipv6(): string {
  const shortened = Array.from({ length: 8 }, (_, before) => {
    const head = before === 0 ? "" : `${word}(?::${word}){${before - 1}}`;
    const most = 7 - before; // words after the two colons
    return `${head}::${most > 0 ? `(?:${word}(?::${word}){0,${most - 1}})?` : ""}`;
  });
  return `(?:${word}(?::${word}){7}|${shortened.join("|")})`;
}

const number = "[0-9]{1,9}";
const clock = `T(?:${number}H(?:${number}M(?:${number}S)?)?|${number}M(?:${number}S)?|${number}S)`;
const days = `(?:${number}Y(?:${number}M(?:${number}D)?)?|${number}M(?:${number}D)?|${number}D)`;

/** By name; anchored. */
export const formatPatterns: Readonly<Record<string, string>> = {
  date: `^${date}$`,
  time: `^${time}$`,
  "date-time": `^${date}T${time}$`,
  duration: `^P(?:${days}(?:${clock})?|${clock}|${number}W)$`,
  email: `^(?=.{3,254}$)${atom}(?:\\.${atom})*@${label}(?:\\.${label})+$`,
  hostname: `^(?=.{1,253}$)${host}$`,
  ipv4: `^${ipv4}$`,
  ipv6: `^${ipv6()}$`,
  uuid: `^${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}$`,
  uri: `^[A-Za-z][A-Za-z0-9+.-]*://${host}(?::[0-9]{1,5})?(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%${hex(2)})*)?(?:[?](?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%${hex(2)})*)?(?:#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%${hex(2)})*)?$`,
};
