import { createHash } from "node:crypto";
import { existsSync, readdirSync, renameSync, writeFileSync } from "node:fs";

/** Writes a file for its owner alone. It appears with all of its content, or not at all. */
export function writePrivate(file: string, content: string): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** What lies in a folder; nothing where it is not there. */
export const namesIn = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** The beginning of a text's hash, for names of files and folders. */
export const shortHash = (text: string, length = 12): string =>
  createHash("sha256").update(text).digest("hex").slice(0, length);
