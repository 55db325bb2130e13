import { failureOf, type Failure } from "./model/failure";

/** kubectl ended with an error, or was ended because nothing came back. */
export class KubectlError extends Error {
  override readonly name = "KubectlError";

  constructor(
    message: string,
    /** Whether the reason may pass. */
    readonly failure: Failure = failureOf(message),
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
