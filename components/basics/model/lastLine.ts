/** The last line of a program's words that says something: kubectl repeats its tries, and ends with what came of them. */
export function lastLine(text: string): string {
  return text.split("\n").findLast((line) => line.trim() !== "") ?? "";
}
