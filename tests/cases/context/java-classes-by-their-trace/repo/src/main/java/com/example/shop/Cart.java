package com.example.shop;

import com.example.shop.Price;

public class Cart {
    public int total(Price price) {
        return price.amount();
    }
}
