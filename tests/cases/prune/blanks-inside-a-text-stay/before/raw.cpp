const char* a = R"(x

)";
