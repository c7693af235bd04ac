class Calc {
    private int beta(int y) {
        return y * 5;
    }

    private int xi(int value) {
        return value * 4;
    }

    int add(int a, int b) {
        return a + b;
    }
}
