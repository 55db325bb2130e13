import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, MissingPrerequisite } from "../../lab";
import { demo } from "./demo";

const transcript = join(cacheFolder(), "transcripts", `demo-${new Date().toISOString().replaceAll(/[:.]/g, "-")}.txt`);

function write(text: string): void {
  process.stdout.write(text);
  appendFileSync(transcript, text);
}

mkdirSync(join(cacheFolder(), "transcripts"), { recursive: true });
writeFileSync(transcript, "");
demo({ keep: process.argv.includes("--keep"), write })
  .then(
    () => undefined,
    (error: unknown) => {
      const known = error instanceof MissingPrerequisite;
      const reason = error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
      appendFileSync(transcript, `\ndemo: ${reason}\n`);
      process.stderr.write(`\ndemo: ${reason}\n`);
      process.exitCode = 1;
    },
  )
  .finally(() => {
    process.stdout.write(`\ntranscript: ${transcript}\n`);
  });
