/**
 * Lines of CSV (RFC 4180) that a spreadsheet can be trusted with: a cell that it would take for a formula begins with an
 * apostrophe, which it shows as text. Whoever reads the file with a program takes the JSON Lines, which are exact.
 */

/** What spreadsheets begin formulas with, in any of their alphabets' widths; blanks before it are skipped by some. */
const FORMULA = /^[\s\u{feff}\u{200b}]*[=+\-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}]|^[\t\r\n]/u;

export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",;\t\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
