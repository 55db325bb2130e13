import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, MissingPrerequisite, runProgram } from "../../lab";
import { demo, DEMO_LAB } from "./demo";
import { readOptions, USAGE } from "./options";

const FOLDER = join(cacheFolder(), "transcripts");
const transcript = join(FOLDER, `demo-${new Date().toISOString().replaceAll(/[:.]/g, "-")}.txt`);

function write(text: string): void {
  process.stdout.write(text);
  appendFileSync(transcript, text);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof MissingPrerequisite ? error.message : (error.stack ?? error.message);
}

async function main(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args);
  mkdirSync(FOLDER, { recursive: true });
  // With --keep it says how to reach everything.
  writeFileSync(transcript, "", { mode: 0o600 });
  try {
    await demo({ ...options, write });
  } catch (error) {
    appendFileSync(transcript, `\ndemo: ${explain(error)}\n`);
    throw error;
  } finally {
    process.stdout.write(`\ntranscript: ${transcript}\n`);
  }
  return true;
}

process.once("SIGINT", () => {
  process.stderr.write(`\ndemo: interrupted; end what runs with: npm run lab -- down --name ${DEMO_LAB}\n`);
  process.exit(130);
});
void runProgram({ name: "demo", usage: USAGE }, process.argv.slice(2), main, explain);
