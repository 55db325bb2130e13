import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { skip } from "./skip";

/** A certificate with its key, as a CA that people have, made by OpenSSL. */
export interface Made {
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate is to be like; sound, self-signed and of P-256 unless it says so. */
export interface Wanted {
  readonly subject?: string;
  /** Arguments of `openssl genpkey`. */
  readonly key?: readonly string[];
  /** A key that is there already. */
  readonly sameKey?: Made;
  readonly by?: Made;
  /** Lines of the section of extensions; none at all for a certificate of version 1. */
  readonly extensions?: readonly string[];
  /** More arguments of `openssl x509 -req`. */
  readonly sign?: readonly string[];
  /** More arguments of `openssl req`. */
  readonly request?: readonly string[];
  /** Lines of the configuration of `openssl req`. */
  readonly config?: readonly string[];
}

/** Why no certificates can be made here. */
export function opensslMissing(): string | undefined {
  try {
    const version = execFileSync("openssl", ["version"], { env: ENVIRONMENT, encoding: "utf8" });
    return /^OpenSSL [3-9]/.test(version) ? undefined : `openssl is ${version.trim()}, not 3 or newer`;
  } catch {
    return "no openssl on PATH";
  }
}

const ENVIRONMENT = { PATH: process.env["PATH"] ?? "" };

export const CA_EXTENSIONS = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"];
export const EC = (curve: string, ...more: readonly string[]) => [
  ...["-algorithm", "EC", "-pkeyopt", `ec_paramgen_curve:${curve}`],
  ...more,
];
export const RSA = (bits: number) => ["-algorithm", "RSA", "-pkeyopt", `rsa_keygen_bits:${String(bits)}`];

/** For a `describe`: OpenSSL, without which its tests are skipped; where it is there, something is prepared with it. */
export function usingOpenSsl(prepare: (openssl: OpenSsl) => void = () => undefined): () => OpenSsl {
  let openssl: OpenSsl | undefined;
  before(function () {
    const missing = opensslMissing();
    if (missing !== undefined) {
      skip(this, missing);
    }
    openssl = new OpenSsl();
    prepare(openssl);
  });
  after(() => {
    openssl?.remove();
  });
  return () => openssl ?? assert.fail("it is there in tests and hooks alone");
}

/** A folder in which OpenSSL works; it is removed in the end. */
export class OpenSsl {
  private readonly folder = mkdtempSync(join(tmpdir(), "clustermesh-openssl-"));
  private count = 0;
  /** Keys that take long to make, and may be the same in CAs that have nothing to do with each other. */
  private readonly slow = new Map<string, string>();

  /** Runs `openssl` and returns what it writes. */
  run(args: readonly string[], input = ""): string {
    const stdio: ["pipe", "pipe", "ignore"] = ["pipe", "pipe", "ignore"];
    return execFileSync("openssl", args, { cwd: this.folder, env: ENVIRONMENT, encoding: "utf8", input, stdio });
  }

  /** A new file with this content. */
  file(content: string): string {
    const path = join(this.folder, String(this.count++));
    writeFileSync(path, content);
    return path;
  }

  read(path: string): string {
    return readFileSync(path, "utf8");
  }

  private keyOf(wanted: readonly string[]): string {
    const key = this.slow.get(wanted.join()) ?? this.run(["genpkey", ...wanted]);
    if (wanted.includes("RSA")) {
      this.slow.set(wanted.join(), key);
    }
    return key;
  }

  make(wanted: Wanted = {}): Made {
    const { subject = "/CN=etcd-ca", extensions = CA_EXTENSIONS, by } = wanted;
    const key = wanted.sameKey?.key ?? this.keyOf(wanted.key ?? EC("P-256"));
    const keyFile = this.file(key);
    const config = this.file(["[req]", "distinguished_name = dn", ...(wanted.config ?? []), "[dn]"].join("\n"));
    const request = this.run([
      ...["req", "-new", "-config", config, "-key", keyFile, "-subj", subject],
      ...(wanted.request ?? []),
    ]);
    const signer =
      by === undefined ? ["-signkey", keyFile] : ["-CA", this.file(by.certificate), "-CAkey", this.file(by.key)];
    const certificate = this.run(
      [
        ...["x509", "-req", "-days", "900", ...signer],
        ...(extensions.length === 0 ? [] : ["-extfile", this.file(extensions.join("\n"))]),
        ...(wanted.sign?.includes("-set_serial") === true ? [] : ["-set_serial", String(1000 + this.count)]),
        ...(wanted.sign ?? []),
      ],
      request,
    );
    return { certificate, key };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
