import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { previewSchema, type Preview } from "./model/preview";

/** More than any preview takes: its steps and its values are bounded. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Leaves a preview for the job that writes of it. */
export async function leavePreview(folder: string, preview: Preview): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${preview.stack}.json`), JSON.stringify(preview));
}

async function readPreview(file: string): Promise<Preview> {
  const { size } = await stat(file);
  if (size > MOST_BYTES) throw new Error(`${file} has ${size} bytes, and a preview at most ${MOST_BYTES}`);
  return previewSchema.parse(JSON.parse(await readFile(file, "utf8")));
}

/** The previews that were left in a folder; none without it: no job came as far as a preview. */
export async function previewsIn(folder: string): Promise<readonly Preview[]> {
  const files = await readdir(folder).catch(() => []);
  return Promise.all(files.filter((file) => file.endsWith(".json")).map((file) => readPreview(join(folder, file))));
}
