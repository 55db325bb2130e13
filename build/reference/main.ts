import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { referenceFiles } from "./files";

/** `npm run docs`: writes the reference of the configuration from its schema. */
async function main(): Promise<void> {
  for (const [path, text] of Object.entries(await referenceFiles())) {
    writeFileSync(join(__dirname, "..", "..", path), text);
  }
}

void main();
