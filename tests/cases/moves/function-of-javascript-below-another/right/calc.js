function other(y) {
  return y * 3;
}

function helper(x) {
  return x * 2;
}

exports.add = (a, b) => a + b;
