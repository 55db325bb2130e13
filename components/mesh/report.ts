import * as pulumi from "@pulumi/pulumi";
import { errors, formatDiagnostic, infos, warnings, type Diagnostic } from "./model/diagnostic";
import { refusal } from "./refusal";

/** Logs what there is to know of a mesh. @throws RunError with all that is wrong with it. */
export async function report(heading: string, diagnostics: readonly Diagnostic[]): Promise<void> {
  for (const each of infos(diagnostics)) {
    await pulumi.log.info(formatDiagnostic(each));
  }
  for (const each of warnings(diagnostics)) {
    await pulumi.log.warn(formatDiagnostic(each));
  }
  if (errors(diagnostics).length > 0) {
    throw refusal(heading, diagnostics);
  }
}

/** Shows a line to the person who waits for the engine, and keeps it nowhere. */
export function sayInPassing(line: string): void {
  void pulumi.log.info(line, undefined, undefined, true);
}
