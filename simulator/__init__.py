"""Simulates a pump.fun market to develop and test against: exact reserves, lasting traders, dumps."""

from simulator.dumps import DumpFormat, WrittenDump, write_dumps
from simulator.market import Market, simulate

__all__ = ["DumpFormat", "Market", "WrittenDump", "simulate", "write_dumps"]
