import { NotDer, type Element } from "./der";

const UTC_TIME = 23;
const GENERALIZED_TIME = 24;

/** A date as Go reads it: of UTCTime, before 2050, or GeneralizedTime; without fractions of a second. @throws NotDer for any other. */
export function timeOf({ tag, value }: Element): Date {
  const text = value.toString("latin1");
  const [, digits = "", zone = ""] = /^(\d+)(Z|[+-]\d{4})$/.exec(text) ?? [];
  const isShort = tag === UTC_TIME && (digits.length === 10 || digits.length === 12);
  if (!isShort && !(tag === GENERALIZED_TIME && digits.length === 14)) throw new NotDer("a date that is not read");
  const century = tag === GENERALIZED_TIME ? "" : Number(digits.slice(0, 2)) >= 50 ? "19" : "20";
  const [, date, hours, minutes, seconds = "00"] = /^(\d{8})(\d\d)(\d\d)(\d\d)?$/.exec(`${century}${digits}`) ?? [];
  const day = (date ?? "").replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3");
  const offset = zone === "Z" ? "Z" : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const read = new Date(`${day}T${hours ?? ""}:${minutes ?? ""}:${seconds}${offset}`);
  // A day that no month has becomes another one.
  const midnight = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(read.getTime()) || midnight.toISOString().slice(0, 10) !== day) {
    throw new NotDer("a date that does not exist");
  }
  return read;
}
