function f(a) {
  const total = computeAll(a,
                           a.tax,
                           a.rate,
                           a.fee);
  return total;
}
