import { failureOf, type Failure } from "./model/failure";

/** kubectl ended with an error, or was ended because nothing came back. */
export class KubectlError extends Error {
  override readonly name: string = "KubectlError";
  /** The cluster that was asked, where its name is known. */
  cluster?: string;

  constructor(
    message: string,
    /** Whether the reason may pass. */
    readonly failure: Failure = failureOf(message),
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A write was refused, because the object is another one by now, or was changed since it was looked at. */
export class WriteConflict extends KubectlError {
  override readonly name = "WriteConflict";

  constructor(message: string, options?: ErrorOptions) {
    super(message, "final", options);
  }
}
