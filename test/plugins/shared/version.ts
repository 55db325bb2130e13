/** The version that the launcher was installed under; the engine asks for it. */
export function version(): string {
  return process.env["PULUMI_STANDIN_VERSION"] ?? "0.0.0";
}
