function f(a) {
  const total = compute(a,
                        a.tax,
                        a.rate,
                        a.fee);
  return total;
}
