/** The house rules that a machine can hold: each failure says which file breaks which rule. */
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'tap';
import ts from 'typescript';
import {
  FLOORS,
  files,
  foldersOf,
  functionsOf,
  importsOf,
  type Source,
  sources,
  visit,
} from './tidy/source.ts';

/** Data tables may be longer than a file of code. */
const TABLES = new Set<string>([]);
/** Folders of detectors/ that hold no detector. */
const SHARED = new Set(['kernels']);
const FUNCTION_LINES_MAX = 60;
const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MEDIAN_MAX = 8;
const FILE_LINES_MEDIAN_MAX = 120;
const DOCUMENTED_MIN = 0.85;
/** Parts of the names of files that say nothing. */
const EMPTY_NAMES = /(^|-)(utils?|helpers?|manager|misc|common)(-|\.)/;
/** Written in halves, or this file would break its own rule. */
const FORBIDDEN = [
  ['/wor', 'k/'],
  ['TO', 'DO:'],
  ['FIX', 'ME'],
].map((halves) => halves.join(''));

const all = sources();
const product = all.filter((source) => !source.around);
const plugins = ['detectors', 'protocols'].flatMap((folder) =>
  foldersOf(folder)
    .filter((name) => !SHARED.has(name))
    .map((name) => ({ folder, name })),
);

test('imports go down the floors only, and siblings never import each other', async (t) => {
  const broken = product.flatMap((source) =>
    importsOf(source)
      .filter((path) => !mayImport(source, path))
      .map((path) => `${source.path} imports ${path}`),
  );
  t.strictSame(broken, []);
});

test('one plug-in of protocols/ never imports another', async (t) => {
  const broken = product.flatMap((source) =>
    importsOf(source)
      .filter((path) => crossesPlugins(source.path, path))
      .map((path) => `${source.path} imports ${path}`),
  );
  t.strictSame(broken, []);
});

test("a plug-in's name stands nowhere above its floor", async (t) => {
  const upstairs = product.filter((source) => FLOORS[source.folder]! > 1);
  t.strictSame(
    upstairs.flatMap((source) => namedPlugins(source)),
    [],
  );
});

for (const { folder, name } of plugins)
  test(`${folder}/${name} is registered in ${folder}/index.ts`, async (t) => {
    const index = all.find((source) => source.path === `${folder}/index.ts`);
    t.ok(index && importsOf(index).some((path) => path.startsWith(`${folder}/${name}/`)));
  });

test(`no function is longer than ${FUNCTION_LINES_MAX} lines`, async (t) => {
  const long = all.flatMap((source) =>
    functionsOf(source)
      .filter((each) => each.lines > FUNCTION_LINES_MAX)
      .map((each) => `${source.path}:${each.line} ${each.name} has ${each.lines} lines`),
  );
  t.strictSame(long, []);
});

test(`no file is longer than ${FILE_LINES_MAX} lines`, async (t) => {
  const long = all
    .filter((source) => !TABLES.has(source.path) && lineCount(source) > FILE_LINES_MAX)
    .map((source) => `${source.path} has ${lineCount(source)} lines`);
  t.strictSame(long, []);
});

test('half of all functions and files are short', async (t) => {
  const functions = product.flatMap((source) => functionsOf(source).map((each) => each.lines));
  t.ok(median(functions) <= FUNCTION_LINES_MEDIAN_MAX, `median function: ${median(functions)} lines`);
  t.ok(median(product.map(lineCount)) <= FILE_LINES_MEDIAN_MAX, 'median file');
});

test('files are named in kebab-case, for what they hold', async (t) => {
  const named = all.map((source) => source.path.slice(source.path.lastIndexOf('/') + 1));
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|slow|fuzz|bench))?\.(ts|tsx|mjs)$/;
  t.strictSame(
    named.filter((name) => !kebab.test(name) || EMPTY_NAMES.test(name)),
    [],
  );
});

const errorsPage = 'docs/errors.md';
const noErrorsPage = existsSync(errorsPage) ? false : `${errorsPage} is not written yet`;

test(`${errorsPage} lists the error codes that there are`, { skip: noErrorsPage }, async (t) => {
  const page = readFileSync(errorsPage, 'utf8');
  const listed = [...page.matchAll(/^(?:\| *|#+ *|- *)`([a-z-]+)`/gm)].map((match) => match[1]!);
  t.strictSame(listed.sort(), errorCodes());
});

test('what a file exports has a doc comment', async (t) => {
  const exported = product.flatMap(exports);
  const bare = exported.filter((each) => !each.documented).map((each) => each.name);
  const share = 1 - bare.length / exported.length;
  t.ok(share >= DOCUMENTED_MIN, `${Math.round(share * 100)} %; without: ${bare.join(', ')}`);
});

test('no file holds a word that has no place here', async (t) => {
  const texts = files('.').filter((path) => /\.(ts|tsx|mjs|js|json|md|ya?ml|txt|sh)$|^\.ci\//.test(path));
  const found = texts.flatMap((path) => {
    const text = readFileSync(path, 'utf8');
    return FORBIDDEN.filter((word) => text.includes(word)).map((word) => `${path} holds ${word}`);
  });
  t.strictSame(found, []);
});

test('the rules themselves can fail', async (t) => {
  const source = (path: string, text: string): Source => {
    const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
    return { path, folder: path.split('/')[0]!, around: false, text, tree };
  };
  t.notOk(mayImport(source('base/a.ts', ''), 'engine/b.ts'));
  t.notOk(mayImport(source('masking/a.ts', ''), 'detectors/b.ts'));
  t.notOk(mayImport(source('engine/a.ts', ''), 'test/b.ts'));
  t.ok(mayImport(source('engine/a.ts', ''), 'recorder/b.ts'));
  t.ok(crossesPlugins('protocols/a/x.ts', 'protocols/b/y.ts'));
  const upstairs = source(
    'engine/a.ts',
    "const name = 'sample';\nconst sampleKind = 1;\nconst resample = 2;",
  );
  t.equal(namedPlugins(upstairs, ['sample']).length, 2);
  t.equal(functionsOf(source('base/a.ts', 'function f() {\n\n}')).at(0)?.lines, 3);
});

function mayImport(source: Source, path: string): boolean {
  if (source.path === 'cli/bench.ts' && path.startsWith('bench/')) return true;
  const folder = path.slice(0, path.indexOf('/'));
  if (folder === source.folder || !path.includes('/')) return true;
  const floor = FLOORS[folder];
  return floor !== undefined && floor < FLOORS[source.folder]!;
}

function crossesPlugins(from: string, to: string): boolean {
  const [, fromName] = /^protocols\/([^/]+)\//.exec(from) ?? [];
  const [, toName] = /^protocols\/([^/]+)\//.exec(to) ?? [];
  return fromName !== undefined && toName !== undefined && fromName !== toName;
}

/** Identifiers with a plug-in's name as one of their words, and strings that are one. */
function namedPlugins(source: Source, names: readonly string[] = plugins.map((each) => each.name)): string[] {
  const found: string[] = [];
  visit(source.tree, (node) => {
    const words = ts.isIdentifier(node)
      ? node.text.split(/(?=[A-Z])|_/)
      : ts.isStringLiteralLike(node)
        ? [node.text, ...node.text.split('/')]
        : [];
    const named = names.find((name) => words.some((word) => word.toLowerCase() === name));
    if (!named) return;
    const { line } = source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree));
    found.push(`${source.path}:${line + 1} names ${named}`);
  });
  return found;
}

function errorCodes(): string[] {
  const codes: string[] = [];
  const source = all.find((each) => each.path === 'base/errors.ts');
  if (!source) throw new Error('base/errors.ts is gone');
  visit(source.tree, (node) => {
    if (!ts.isTypeAliasDeclaration(node) || node.name.text !== 'ErrorCode') return;
    visit(node.type, (part) => {
      if (ts.isStringLiteral(part)) codes.push(part.text);
    });
  });
  return codes.sort();
}

/** A run of exported constants without a blank line between them shares the comment above it. */
function exports(source: Source): { name: string; documented: boolean }[] {
  let above = false;
  return source.tree.statements.flatMap((statement) => {
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    const before = source.text.slice(statement.pos, statement.getStart(source.tree));
    above = before.includes('/**') || (above && ts.isVariableStatement(statement) && !/\n\s*\n/.test(before));
    if (!modifiers?.some((each) => each.kind === ts.SyntaxKind.ExportKeyword)) return [];
    const named = ts.isVariableStatement(statement) ? statement.declarationList.declarations[0] : statement;
    const name = (named as ts.NamedDeclaration).name?.getText() ?? '';
    return [{ name: `${source.path} ${name}`, documented: above }];
  });
}

function lineCount(source: Source): number {
  return source.text.split('\n').length - 1;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? 0;
}
