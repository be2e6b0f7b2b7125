/** The project's own source files, parsed, for the rules of tidy.test.ts. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Folders of the product, with the floor that each is on (docs: architecture). */
export const FLOORS: Readonly<Record<string, number>> = {
  base: 0,
  detectors: 1,
  masking: 1,
  policy: 1,
  protocols: 1,
  recorder: 1,
  engine: 2,
  control: 3,
  cli: 4,
  console: 4,
};

const AROUND = ['test', 'bench', 'scripts'];
const SKIPPED = new Set(['node_modules', '.git', 'coverage', '.tap', '.pangate']);

/** One source file. */
export interface Source {
  /** From the project's root, with slashes. */
  readonly path: string;
  /** The first folder of the path. */
  readonly folder: string;
  /** A test, fuzzer, bench or part of their harness: no part of the product. */
  readonly around: boolean;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

/** A function with its name, or what it is called with, and its extent in lines. */
export interface FunctionExtent {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

/** All TypeScript and JavaScript sources. */
export function sources(): Source[] {
  return [...Object.keys(FLOORS), ...AROUND].flatMap((folder) =>
    files(folder)
      .filter((path) => /\.(ts|tsx|mjs)$/.test(path))
      .map(parse),
  );
}

/** Paths of all files under a folder that exists; none if it does not. */
export function files(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name) || entry.name.startsWith('build')) return [];
    const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return files(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Names of the folders right under a folder. */
export function foldersOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** Relative imports of a source (static, dynamic and type ones) as paths from the root. */
export function importsOf(source: Source): string[] {
  const paths: string[] = [];
  visit(source.tree, (node) => {
    const named = moduleOf(node);
    if (named?.startsWith('.')) paths.push(join(source.path, '..', named).replaceAll('\\', '/'));
  });
  return paths;
}

/** All functions, methods and accessors. */
export function functionsOf(source: Source): FunctionExtent[] {
  const found: FunctionExtent[] = [];
  visit(source.tree, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return;
    const from = source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line;
    const to = source.tree.getLineAndCharacterOfPosition(node.end).line;
    found.push({ name: nameOf(node), line: from + 1, lines: to - from + 1 });
  });
  return found;
}

/** Calls `look` for each node of a tree. */
export function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  const waiting: ts.Node[] = [node];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    look(next);
    ts.forEachChild(next, (child) => {
      waiting.push(child);
    });
  }
}

function parse(path: string): Source {
  const text = readFileSync(path, 'utf8');
  const folder = path.slice(0, path.indexOf('/'));
  const around = AROUND.includes(folder) || /\.(test|slow|fuzz|bench)\.ts$/.test(path);
  return { path, folder, around, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true) };
}

function moduleOf(node: ts.Node): string | null {
  const named =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
        ? node.argument.literal
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : undefined;
  return named && ts.isStringLiteral(named) ? named.text : null;
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name) return node.name.getText();
  const parent = node.parent;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText();
  return 'function';
}
