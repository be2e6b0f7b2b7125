/// <reference lib="dom" />
/** Statements, requests and events in time; each opens to its result. */
import { chunk } from './chunks.ts';
import { byId, clockText, element } from './element.ts';
import type { PageColumn, PageItem, PageMeta, ResultChunk } from './model.ts';

/** Items that are put into the page at a time. */
const PAGE_ITEMS = 200;

export class EventsView {
  readonly #meta: PageMeta;
  readonly #go: (atUs: number) => void;
  readonly #list: HTMLElement = element('ol', 'items');
  #items: PageItem[] = [];
  #shown: PageItem[] = [];
  readonly #elements = new Map<PageItem, HTMLElement>();
  #drawn = 0;
  #current: HTMLElement | null = null;
  readonly #wanted = { text: '', masked: false, failed: false };

  constructor(meta: PageMeta, go: (atUs: number) => void) {
    this.#meta = meta;
    this.#go = go;
    byId('stage').append(element('div', 'sheet', this.#filters(), this.#list));
    byId('stage').addEventListener('scroll', () => this.#fill());
  }

  /** Unpacks all items; what is there is shown at once. */
  async load(): Promise<void> {
    for (const { id } of this.#meta.chunks) {
      this.#items.push(...(await chunk<PageItem[]>(id)));
      if (this.#drawn < PAGE_ITEMS) this.#filter();
    }
    this.#filter();
  }

  next(atUs: number): number | null {
    return this.#shown.find((item) => item.atUs > atUs)?.atUs ?? null;
  }

  /** Points out what ran at a time. */
  async show(atUs: number, scroll: boolean): Promise<void> {
    const index = this.#shown.findLastIndex((item) => item.atUs <= atUs);
    while (index >= this.#drawn && this.#drawn < this.#shown.length) this.#draw();
    const found = index < 0 ? null : (this.#elements.get(this.#shown[index]!) ?? null);
    if (found === this.#current) return;
    this.#current?.classList.remove('current');
    found?.classList.add('current');
    this.#current = found;
    if (scroll) found?.scrollIntoView({ block: 'nearest' });
  }

  #filters(): HTMLElement {
    const { statements, masked, errors } = this.#meta.counts;
    const input = element('input', 'find') as HTMLInputElement;
    input.type = 'search';
    input.id = 'find';
    input.placeholder = 'Find in statements';
    input.setAttribute('aria-label', 'Find in statements');
    input.addEventListener('input', () => {
      this.#wanted.text = input.value.toLowerCase();
      this.#filter();
    });
    const total = element('span', 'chip', `${statements.toLocaleString('en')} statements`);
    return element(
      'div',
      'filters',
      input,
      total,
      this.#toggle(`${masked.toLocaleString('en')} masked`, 'masked', 'chip amber'),
      this.#toggle(`${errors.toLocaleString('en')} failed`, 'failed', 'chip red'),
    );
  }

  #toggle(text: string, name: 'masked' | 'failed', className: string): HTMLElement {
    const button = element('button', className, text);
    button.setAttribute('aria-pressed', 'false');
    button.addEventListener('click', () => {
      this.#wanted[name] = !this.#wanted[name];
      button.setAttribute('aria-pressed', String(this.#wanted[name]));
      this.#filter();
    });
    return button;
  }

  #filter(): void {
    const { text, masked, failed } = this.#wanted;
    this.#shown = this.#items.filter(
      (item) =>
        (!masked || item.masked > 0) &&
        (!failed || item.error !== '') &&
        (text === '' || item.text.toLowerCase().includes(text)),
    );
    this.#list.replaceChildren();
    this.#elements.clear();
    this.#current = null;
    this.#drawn = 0;
    this.#draw();
    if (this.#shown.length === 0) this.#list.append(element('li', 'nothing', 'Nothing matches.'));
  }

  #fill(): void {
    const { scrollTop, clientHeight, scrollHeight } = byId('stage');
    if (scrollTop + clientHeight > scrollHeight - 800) this.#draw();
  }

  #draw(): void {
    for (const item of this.#shown.slice(this.#drawn, this.#drawn + PAGE_ITEMS)) {
      const made = this.#element(item);
      this.#elements.set(item, made);
      this.#list.append(made);
    }
    this.#drawn = Math.min(this.#shown.length, this.#drawn + PAGE_ITEMS);
  }

  #element(item: PageItem): HTMLElement {
    const line = element(
      'button',
      'line',
      element('span', 'at', clockText(item.atUs)),
      element('span', `op ${item.kind}`, item.op),
      element('code', 'text', item.text),
      element('span', 'numbers', ...numbers(item)),
    );
    const made = element('li', `item ${item.kind}${item.error === '' ? '' : ' failed'}`, line);
    line.setAttribute('aria-expanded', 'false');
    line.addEventListener('click', () => void this.#toggleItem(item, made, line));
    return made;
  }

  async #toggleItem(item: PageItem, made: HTMLElement, line: HTMLElement): Promise<void> {
    const open = made.querySelector('.detail');
    line.setAttribute('aria-expanded', String(open === null));
    if (open !== null) open.remove();
    else {
      made.append(await detail(item));
      this.#go(item.atUs);
    }
  }
}

function numbers(item: PageItem): HTMLElement[] {
  const parts: HTMLElement[] = [];
  if (item.masked > 0) parts.push(element('span', 'badge amber', `${item.masked} masked`));
  if (item.error !== '') parts.push(element('span', 'badge red', item.error.split(' ')[0] ?? ''));
  const rows = `${item.rowCount.toLocaleString('en')} row${item.rowCount === 1 ? '' : 's'}`;
  if (item.rowCount > 0) parts.push(element('span', '', rows));
  parts.push(element('span', 'took', item.took));
  return parts;
}

async function detail(item: PageItem): Promise<HTMLElement> {
  const made = element('div', 'detail', element('pre', '', item.text));
  if (item.verdict !== '') made.append(element('p', 'note', `verdict: ${item.verdict}`));
  if (item.params?.length)
    made.append(
      element('p', 'note', `parameters: ${item.params.map((text, at) => `$${at + 1} = ${text}`).join(', ')}`),
    );
  for (const note of item.notes ?? []) made.append(element('p', 'note', note));
  if (item.error !== '') made.append(element('p', 'error', item.error));
  if (item.result !== undefined) made.append(await resultTable(item));
  return made;
}

async function resultTable(item: PageItem): Promise<HTMLElement> {
  const [id, place] = item.result!;
  const rows = (await chunk<ResultChunk>(id))[place]!;
  const columns = item.columns ?? [];
  const heads = columns.map((column) => headCell(column));
  const body = element('tbody', '');
  for (const row of rows)
    body.append(element('tr', '', ...row.map((cell, at) => dataCell(cell, columns[at]))));
  const table = element('table', '', element('thead', '', element('tr', '', ...heads)), body);
  const left = item.rowCount - rows.length;
  const more =
    left > 0 ? element('p', 'note', `${left.toLocaleString('en')} more rows are not in this page`) : null;
  return element('div', 'result', table, more);
}

function headCell([name, table, rule, count]: PageColumn): HTMLElement {
  const cell = element('th', count > 0 ? 'masked' : '', name);
  cell.title = [table, count > 0 ? `${count} masked by ${rule || 'value'}` : ''].filter(Boolean).join(' · ');
  return cell;
}

function dataCell(text: string | null, column: PageColumn | undefined): HTMLElement {
  if (text === null) return element('td', 'null', 'NULL');
  const isMasked = column !== undefined && column[3] > 0 && (column[2] !== '' || /\*{3}/.test(text));
  return element('td', isMasked ? 'masked' : /^-?\d+(\.\d+)?$/.test(text) ? 'number' : '', text);
}
