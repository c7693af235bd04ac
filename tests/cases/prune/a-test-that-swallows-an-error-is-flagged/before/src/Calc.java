package calc;

public class Calc {
  static int add(int a, int b) {
    return a - b;
  }

  static int parse(String s) {
    return Integer.parseInt(s);
  }
}
