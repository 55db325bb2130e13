import { lastLine } from "../../basics/model/lastLine";

/** kubectl's log of its own tries, which its verdict repeats. */
const LOG_LINE = /^[IWE]\d{4} \d\d:\d\d:\d\d/;
/** How a credential plugin of the same make begins its last words; kubectl itself never logs so. */
const LAST_WORDS = /^F\d{4} \d\d:\d\d:\d\d\S* +\d+ \S+\] /;
/** A log line whose text goes on over the next lines, up to one that is ` >` alone. */
const LOG_OPENS = /err=<$/;
const LOG_CLOSES = /^ >$/;

/** What kubectl prints beside its verdict: where to read more, and what else could be tried. */
const HINT =
  /^(\* )?(https?:\/\/\S*$|see https?:|to learn more|it looks like you are trying|please use the|did you (mean|specify)|(usage|examples?|options):)/i;

/** How kubectl begins its verdict. */
const VERDICT = /^(error\b(?! when| while)|unable to connect|the connection to the server|please enter|kubectl )/i;

/** A verdict that means nothing by itself: what it means comes after it. */
const EMPTY_VERDICT = /^error in configuration:$/i;

/** kubectl was there; what failed, and why, a program said that it ran: in a pod, or for credentials. */
const OF_A_PROGRAM = /^command terminated with exit code|exec: executable .* failed with exit code/;

function wordsOf(text: string): readonly string[] {
  let inLog = false;
  return text.split("\n").flatMap((line): string[] => {
    if (inLog) {
      inLog = !LOG_CLOSES.test(line);
      return [];
    }
    inLog = LOG_LINE.test(line) && LOG_OPENS.test(line);
    const words = line.trim().replace(LAST_WORDS, "");
    return words === "" || LOG_LINE.test(line) || HINT.test(words) ? [] : [words];
  });
}

/** The most telling of a program's words, best first: usage, choices and what to do next stand around it. */
const TELLING = [/^(\S+: )?(error|fatal)\b/i, /\berror\b|failed|expired|reauth/i, /log ?in/i, /[a-z]{2}/i];
/** An option in a program's usage. */
const OPTION = /^--?[a-z]/i;
/** Where an error begins that stands in another one. */
const WRAPPED = /.*\(err: (?=ERROR: )/;

/** The line of a program's words that shows why it failed. */
function failedLine(words: readonly string[]): string | undefined {
  const said = words.filter((line) => !OPTION.test(line));
  const found = TELLING.map((pattern) => said.findLast((line) => pattern.test(line))).find(
    (line) => line !== undefined,
  );
  return found?.replace(WRAPPED, "");
}

/** The words of a program that waits for a person. */
export const ASKS_PERSON =
  /sign[ -]?in|log[ -]?in|device ?code|enter (the|your|a) |browser|password|passcode|passphrase|username|authenticat|authoriz|\b(MFA|OTP)\b/i;

/** What a program that still runs has said: the line by which it asks a person for something, or its last one; empty where there is none. */
export function waitingLine(text: string): string {
  const words = wordsOf(text);
  return words.findLast((line) => ASKS_PERSON.test(line)) ?? words.at(-1) ?? "";
}

/**
 * The line of kubectl's words that says why it failed. That is not the last one: hints, links and install instructions follow it, and a log of
 * its own tries comes before. What a program said that kubectl has run is added, for kubectl has its exit code alone.
 */
export function tellingLine(text: string): string {
  const words = wordsOf(text);
  const verdict = words.findLastIndex((line) => VERDICT.test(line) || OF_A_PROGRAM.test(line));
  const line = words[verdict];
  if (line === undefined) return words.at(-1) ?? lastLine(text).trim();
  if (EMPTY_VERDICT.test(line)) return `${line} ${words[verdict + 1]?.replace(/^\* /, "") ?? ""}`.trim();
  if (!OF_A_PROGRAM.test(line)) return line;
  const former = words.slice(0, verdict);
  const said = failedLine(former.slice(former.findLastIndex((each) => OF_A_PROGRAM.test(each)) + 1));
  return said === undefined ? line : `${line} (${said})`;
}
