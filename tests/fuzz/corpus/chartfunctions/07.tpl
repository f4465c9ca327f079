{{ toDecimal "Inf" }}
