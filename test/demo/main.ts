import { MissingPrerequisite } from "../../lab";
import { demo } from "./demo";

demo({ keep: process.argv.includes("--keep") }).catch((error: unknown) => {
  const known = error instanceof MissingPrerequisite;
  process.stderr.write(
    `\ndemo: ${error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error)}\n`,
  );
  process.exitCode = 1;
});
