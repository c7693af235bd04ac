/**
 * Prices of a shop.
 * @module prices
 */
const rates = require("./rates");
const names = { eur: "Euro", usd: "Dollar" };

function total(rows, rate) {
  // Every row counts,
  // also a free one.
  let sum = 0;
  for (const row of rows) {
    sum += row.price * row.amount * rate;
  }
  return sum;
}

function label(code) {
  const found = Object.keys(names).find(
    (name) => name === code.toLowerCase(),
  );
  if (!found) {
    throw new Error("no such currency: " + code);
  }
  return `${names[found] || "money"} (${code})`;
}

function print(rows) {
  /* One line
     a row. */
  rows.forEach((row) => {
    if (row.price) {
      console.log(row.name, row.price);
    }
  });
}

module.exports = { total, label, print };
