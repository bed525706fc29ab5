"""Simulates a pump.fun market to develop and test against: exact reserves, lasting traders, dumps."""

from simulator.behaviours import NOTHING, Behaviours
from simulator.dumps import DumpFormat, WrittenDump, write_dumps
from simulator.market import Market, simulate

__all__ = ["NOTHING", "Behaviours", "DumpFormat", "Market", "WrittenDump", "simulate", "write_dumps"]
