/** The last line of a program's words that is not empty: kubectl repeats its tries, and ends with what came of them. */
export const lastLine = (text: string): string => text.split("\n").findLast((line) => line.trim() !== "") ?? "";
