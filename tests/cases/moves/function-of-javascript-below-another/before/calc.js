function helper(x) {
  return x * 2;
}

function other(y) {
  return y * 3;
}

exports.add = (a, b) => a - b;
