package com.example.shop;

public class Price {
    public int amount() {
        return 1;
    }
}
