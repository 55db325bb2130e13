import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";

const ROOT = resolve(__dirname, "..", "..", "..");

interface Source {
  readonly path: string;
  readonly tree: ts.SourceFile;
}

function sources(): readonly Source[] {
  const folders = ["components", "stacks", "policies", "ci"];
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true }).map((file) => join(folder, String(file))),
  );
  return [...files, "index.ts"]
    .filter((path) => path.endsWith(".ts"))
    .map((path) => {
      const text = readFileSync(join(ROOT, path), "utf8");
      return { path, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
    });
}

function nodesOf(tree: ts.Node): readonly ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** Everything in a source that could run a text as a program. */
function shellsIn({ path, tree }: Source): readonly string[] {
  const all = nodesOf(tree);
  const constants = new Map(
    all.flatMap((node): [string, ts.Expression][] =>
      ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined
        ? [[node.name.text, node.initializer]]
        : [],
    ),
  );
  const isConstant = (node: ts.Expression | undefined): boolean => {
    if (node === undefined || nodesOf(node).some(ts.isTemplateExpression)) {
      return false;
    }
    const value = ts.isIdentifier(node) ? constants.get(node.text) : node;
    // A constant of another file is looked at there: its name says that it is a script.
    return value === undefined
      ? ts.isIdentifier(node) && /_SCRIPT$/.test(node.text)
      : !nodesOf(value).some(ts.isTemplateExpression);
  };
  return all.flatMap((node): string[] => {
    if (ts.isImportDeclaration(node) && /child_process|^"(node:)?vm"/.test(node.moduleSpecifier.getText())) {
      const bindings = node.importClause?.namedBindings;
      const names =
        bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements.map(({ name }) => name.text) : ["*"];
      return names
        .filter((name) => !/^(spawn|ChildProcess|SpawnOptions)/.test(name))
        .map((name) => `${path} imports ${name}`);
    }
    if (ts.isCallExpression(node) && node.expression.getText() === "spawn") {
      const [program, args] = node.arguments;
      const fine =
        program !== undefined && ts.isStringLiteral(program) && args !== undefined && !ts.isStringLiteralLike(args);
      return fine ? [] : [`${path} spawns ${node.getText()}`];
    }
    if (ts.isPropertyAssignment(node) && node.name.getText() === "shell") {
      return [`${path} has ${node.getText()}`];
    }
    if (ts.isNewExpression(node) && /(^|\.)(Command|Function)$/.test(node.expression.getText())) {
      return path === join("components", "command", "nodeCommand.ts") ? [] : [`${path} has ${node.getText()}`];
    }
    if (ts.isCallExpression(node) && /^(eval|require|import)$/.test(node.expression.getText())) {
      return [`${path} has ${node.getText()}`];
    }
    if (ts.isArrayLiteralExpression(node)) {
      const flag = node.elements.findIndex((each) => ts.isStringLiteral(each) && each.text === "-c");
      const before = node.elements[flag - 1];
      const isShell = before !== undefined && ts.isStringLiteral(before) && /(^|\/)(ba|da|z)?sh$/.test(before.text);
      return isShell && !isConstant(node.elements[flag + 1]) ? [`${path} has ${node.getText()}`] : [];
    }
    return [];
  });
}

describe("the sources", () => {
  it("have no way to run a text as a program", () => {
    const all = sources();
    assert.ok(all.length > 80, String(all.length));
    assert.deepEqual(all.flatMap(shellsIn), []);
  });

  const bad: Readonly<Record<string, string>> = {
    "an import of exec": 'import { exec } from "node:child_process";',
    "an import of everything": 'import * as cp from "child_process";',
    "a spawn of a text": "spawn(`kubectl ${x}`);",
    "a spawn of what is configured": "spawn(program, []);",
    "a shell": 'spawn("kubectl", [], { shell: true });',
    "a command of its own": 'new local.Command("x", { create: `echo ${x}` });',
    "a script that is put together": 'run(["bash", "-c", `echo ${x}`]);',
    "a script with something in it": 'const SCRIPT = `echo ${x}`; run(["sh", "-c", SCRIPT]);',
    eval: "eval(x);",
  };
  for (const [what, text] of Object.entries(bad)) {
    it(`would be found with ${what}`, () => {
      const tree = ts.createSourceFile("bad.ts", text, ts.ScriptTarget.Latest, true);
      assert.equal(shellsIn({ path: "bad.ts", tree }).length, 1);
    });
  }
});
