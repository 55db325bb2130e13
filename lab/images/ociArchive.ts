import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../host/run";
import type { ImageDefinition } from "./definitions";
import { IMAGE_PATH } from "./rootTree";

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const MEDIA = "application/vnd.oci.image";
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Same tree, same bytes: so that images which share a tree share its layer. */
const REPRODUCIBLE = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--format=gnu"];

/** The environment of an image's processes, as `NAME=value`. */
export const imageEnvironment = ({ environment = {} }: ImageDefinition): readonly string[] =>
  Object.entries({ PATH: IMAGE_PATH, ...environment }).map(([name, value]) => `${name}=${value}`);

/** Packs a root tree as an OCI image of one layer into the archive `file`. https://github.com/opencontainers/image-spec */
export async function writeOciArchive(
  image: ImageDefinition,
  tree: string,
  file: string,
  scratch: string,
): Promise<void> {
  const layout = join(scratch, "layout");
  const blobs = join(layout, "blobs", "sha256");
  await rm(layout, { recursive: true, force: true });
  await mkdir(blobs, { recursive: true });
  const blob = async (mediaType: string, content: unknown): Promise<Descriptor> => {
    const text = JSON.stringify(content);
    const hex = createHash("sha256").update(text).digest("hex");
    await writeFile(join(blobs, hex), text);
    return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(text) };
  };

  const packed = join(scratch, "layer.tar");
  await run("tar", [...REPRODUCIBLE, "--create", "--file", packed, "--directory", tree, "."]);
  const [hex, { size }] = [await sha256(packed), await stat(packed)];
  await rename(packed, join(blobs, hex));
  const layer: Descriptor = { mediaType: `${MEDIA}.layer.v1.tar`, digest: `sha256:${hex}`, size };

  const platform = { architecture: ARCHITECTURES[process.arch] ?? process.arch, os: "linux" };
  const config = await blob(`${MEDIA}.config.v1+json`, {
    ...platform,
    config: { Entrypoint: image.entrypoint, Env: imageEnvironment(image) },
    rootfs: { type: "layers", diff_ids: [layer.digest] },
  });
  const manifest = await blob(`${MEDIA}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${MEDIA}.manifest.v1+json`,
    config,
    layers: [layer],
  });
  const tag = image.name.slice(image.name.lastIndexOf(":") + 1);
  const annotations = { "io.containerd.image.name": image.name, "org.opencontainers.image.ref.name": tag };
  await writeFile(join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  await writeFile(
    join(layout, "index.json"),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations, platform }] }),
  );
  await run("tar", ["--create", "--file", file, "--directory", layout, "oci-layout", "index.json", "blobs"]);
}
