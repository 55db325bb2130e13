import * as pulumi from "@pulumi/pulumi";
import { errors, formatDiagnostics, type Diagnostic } from "./model/diagnostic";

/**
 * The error with which a mesh is refused: all errors, a line each. Pulumi shows the message of a RunError and hides its stack, but formats
 * the stack all the same, and Node 20 spends half a minute on the SDK's source-mapped frames (`@pulumi/resource.ts` sends the search for
 * the module's name round in circles until the string is full). So there is none.
 */
export function refusal(heading: string, diagnostics: readonly Diagnostic[]): pulumi.RunError {
  const error = new pulumi.RunError(formatDiagnostics(heading, errors(diagnostics)));
  error.stack = `RunError: ${error.message}`;
  return error;
}

/** The refusal of a mesh by what is written down of it. */
export const cannotWork = (problems: readonly Diagnostic[]): pulumi.RunError =>
  refusal("this mesh cannot work", problems);
